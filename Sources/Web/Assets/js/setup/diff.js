// A change of the configuration as people read it before they save it, from the server's unified diff.

/**
 * The lines of a unified diff: {kind: "same"|"added"|"removed", text, number} and {kind: "gap", number} where lines are
 * left out. `number` is the line in the new file, for removed ones in the old.
 */
export function parse(diff) {
  const result = [];
  let before = 0, after = 0;
  for (const line of diff.split("\n")) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      if (result.length || after > 1) result.push({ kind: "gap", number: after });
    } else if (!before && !after) continue; // the files' names come before the first hunk
    else if (line.startsWith("+")) result.push({ kind: "added", text: line.slice(1), number: after++ });
    else if (line.startsWith("-")) result.push({ kind: "removed", text: line.slice(1), number: before++ });
    else if (line.startsWith(" ")) {
      result.push({ kind: "same", text: line.slice(1), number: after });
      before += 1;
      after += 1;
    }
  }
  return result;
}

/** How many lines come and go. */
export function tally(lines) {
  const of = (kind) => lines.filter((line) => line.kind === kind).length;
  return { added: of("added"), removed: of("removed") };
}
