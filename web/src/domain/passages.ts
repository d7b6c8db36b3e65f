/** Where a passage stands on a page whose text comes in pieces. */

const SENTENCE_MIN = 4;

/**
 * The indexes of the pieces that the passage touches, spaces left out; none where it is not there.
 *
 * A passage with what stands around it may reach over the end of its page: then its sentences that
 * are on the page count.
 */
export function piecesOf(passage: string, pieces: readonly string[]): number[] {
  const starts: number[] = [];
  let text = "";
  for (const piece of pieces) {
    starts.push(text.length);
    text += bare(piece);
  }
  const whole = bare(passage);
  const sentences = text.includes(whole) ? [whole] : whole.split(/(?<=[。;!?])/).filter((one) => one.length >= SENTENCE_MIN);
  const found = sentences
    .filter((one) => one !== "")
    .map((one) => ({ from: text.indexOf(one), length: one.length }))
    .filter(({ from }) => from >= 0);
  return pieces.flatMap((piece, index) => {
    const start = starts[index] ?? 0;
    const end = start + bare(piece).length;
    return found.some(({ from, length }) => start < from + length && end > from) ? [index] : [];
  });
}

function bare(text: string): string {
  return text.normalize("NFKC").replace(/[\s…]+/g, "");
}
