// Where a picture lies inside its box when its shape is kept ("contain"), and points between the two.

/** The picture's rectangle in the box, in the box's units. */
export function fit(picture, box) {
  if (!picture.width || !picture.height) return { x: 0, y: 0, width: box.width, height: box.height };
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  const width = picture.width * scale, height = picture.height * scale;
  return { x: (box.width - width) / 2, y: (box.height - height) / 2, width, height };
}

/** A point of the box as fractions of the picture; null beside it. */
export function toPicture([x, y], rectangle) {
  const u = (x - rectangle.x) / rectangle.width, v = (y - rectangle.y) / rectangle.height;
  return u < 0 || v < 0 || u >= 1 || v >= 1 ? null : [u, v];
}
