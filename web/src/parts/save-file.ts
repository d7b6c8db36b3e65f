/** Hand a file to the browser to keep. */

const RELEASE_AFTER_MILLISECONDS = 10_000;

export function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), RELEASE_AFTER_MILLISECONDS);
}
