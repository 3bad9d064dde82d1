// Who marks which clip, and clips that too few have marked (scoring/judging/assignment.py).
import { byText } from "./_exact.js";
import { distinct } from "./_node.js";

/** The jurors whose clip it is, null for all; `marks`: of whom there is a ballot. */
export function jurorsOf(node, jurors, marks) {
  if (node === undefined) return null;
  const nodes = node.items(), names = nodes.map((item) => item.text());
  distinct(nodes, names);
  nodes.forEach((item, place) => {
    if (!jurors.has(names[place])) {
      item.refuse(`“${names[place]}” không có trong danh sách giám khảo.`,
        `"${names[place]}" is not in the list of jurors.`);
    }
  });
  for (const juror of marks.keys()) {
    if (!names.includes(juror)) {
      node.refuse(`Có phiếu của “${juror}”, mà clip không được giao cho người này.`,
        `There is a ballot of "${juror}", who was not given this clip.`);
    }
  }
  return names;
}

export const givenTo = (entry, jurors) => jurors.filter((juror) => !entry.jurors || entry.jurors.includes(juror));

/** Whether the first form of results cannot hold who marks what. */
export const assigned = ({ rules, entries }) => rules.quorum > 0n || entries.some((entry) => entry.jurors !== null);

export function belowQuorum({ rules, running, jurors }) {
  if (rules.juryShare.zero) return [];
  const complete = (entry) => jurors.map((juror) => entry.marks.get(juror))
    .filter((ballot) => ballot instanceof Map && ballot.size === rules.criteria.length).length;
  return [...running].sort((a, b) => byText(a.id, b.id))
    .map((entry) => ({ entry: entry.id, unit: entry.unit, ballots: BigInt(complete(entry)) }))
    .filter((one) => one.ballots < rules.quorum);
}
