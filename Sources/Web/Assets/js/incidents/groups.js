// Marks on a line that would cover each other become one that says how many they are.

/**
 * @param {number[]} places from 0 to 1 in any order @param {number} gap least distance between two marks
 * @returns {{place: number, members: number[]}[]} from left to right; `members` are indices into `places`
 */
export function group(places, gap) {
  const order = places.map((place, index) => ({ place, index })).sort((a, b) => a.place - b.place);
  const groups = [];
  for (const { place, index } of order) {
    const last = groups.at(-1);
    if (last && place - last.first < gap) last.members.push(index);
    else groups.push({ first: place, members: [index] });
  }
  return groups.map(({ members }) => ({ place: members.reduce((sum, index) => sum + places[index], 0) / members.length, members }));
}
