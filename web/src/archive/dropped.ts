/** What somebody dropped on the page: one file, or a folder with all that is in it. */
import type { Given } from "@/archive/verify";

const FILES_MAX = 200_000;

type Listed = { path: string; file: File }[];

/** Null when nothing was dropped that has content. */
export async function droppedFiles(data: DataTransfer | null): Promise<Given | null> {
  // Entries are gone once the event is over, so they are taken before anything is awaited.
  const entry = data?.items[0]?.webkitGetAsEntry() ?? null;
  const [file] = data?.files ?? [];
  if (entry?.isDirectory) {
    const files: Listed = [];
    await listInto(files, entry as FileSystemDirectoryEntry);
    return { files };
  }
  return file ? { file } : null;
}

async function listInto(files: Listed, folder: FileSystemDirectoryEntry): Promise<void> {
  const reader = folder.createReader();
  for (;;) {
    // A browser gives a hundred at a time, and none at the end.
    const entries = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (entries.length === 0 || files.length > FILES_MAX) return;
    for (const entry of entries) {
      if (entry.isDirectory) await listInto(files, entry as FileSystemDirectoryEntry);
      else {
        const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
        files.push({ path: entry.fullPath.slice(1), file });
      }
    }
  }
}
