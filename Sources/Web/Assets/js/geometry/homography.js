// A flat rectangle seen in perspective: from its own coordinates to the picture's.

/**
 * The projective map from the unit square to four points (P. Heckbert, "Fundamentals of Texture Mapping and Image Warping",
 * 1989, section 2.2.3). (0,0) → quad[0], (1,0) → quad[1], (1,1) → quad[2], (0,1) → quad[3].
 * @returns {(u: number, v: number) => [number, number]} or null when three points lie on a line
 */
export function squareToQuad([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]) {
  const dx1 = x1 - x2, dx2 = x3 - x2, dx3 = x0 - x1 + x2 - x3;
  const dy1 = y1 - y2, dy2 = y3 - y2, dy3 = y0 - y1 + y2 - y3;
  const determinant = dx1 * dy2 - dx2 * dy1;
  if (Math.abs(determinant) < 1e-9) return null;
  const g = (dx3 * dy2 - dx2 * dy3) / determinant, h = (dx1 * dy3 - dx3 * dy1) / determinant;
  const a = x1 - x0 + g * x1, b = x3 - x0 + h * x3, d = y1 - y0 + g * y1, e = y3 - y0 + h * y3;
  return (u, v) => {
    const w = g * u + h * v + 1;
    return [(a * u + b * v + x0) / w, (d * u + e * v + y0) / w];
  };
}

/** Lines each metre over a rectangle of this size, as pairs of points in the picture. */
export function floorGrid(quad, widthMetres, depthMetres, most = 40) {
  const map = squareToQuad(quad);
  if (!map || !(widthMetres > 0) || !(depthMetres > 0)) return [];
  const lines = [];
  for (let x = 0; x <= widthMetres + 1e-9 && lines.length < most; x += 1) lines.push([map(x / widthMetres, 0), map(x / widthMetres, 1)]);
  for (let y = 0; y <= depthMetres + 1e-9 && lines.length < 2 * most; y += 1) lines.push([map(0, y / depthMetres), map(1, y / depthMetres)]);
  return lines;
}

/** Whether the four points go round once, as a rectangle's corners do however it is seen. */
export function isConvex(quad) {
  const turns = quad.map(([x, y], index) => {
    const [nx, ny] = quad[(index + 1) % 4], [mx, my] = quad[(index + 2) % 4];
    return Math.sign((nx - x) * (my - ny) - (ny - y) * (mx - nx));
  });
  return turns[0] !== 0 && turns.every((turn) => turn === turns[0]);
}
