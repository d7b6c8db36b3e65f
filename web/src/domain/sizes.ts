/** Sizes of files as people read them. */
const KIBIBYTE = 1024;

export function sizeText(bytes: number): string {
  if (bytes < KIBIBYTE) return `${bytes} B`;
  if (bytes < KIBIBYTE ** 2) return `${(bytes / KIBIBYTE).toFixed(1)} KiB`;
  return `${(bytes / KIBIBYTE ** 2).toFixed(1)} MiB`;
}
