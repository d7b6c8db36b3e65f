/** `age-encryption` as its own documentation uses it: a stream in, a stream out. */
import { Encrypter } from "age-encryption";

addEventListener("message", async ({ data }: MessageEvent<{ file: File; recipient: string }>) => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(data.recipient);
  const root = await navigator.storage.getDirectory();
  const handle = await (await root.getFileHandle("stock.age", { create: true })).createSyncAccessHandle();
  handle.truncate(0);
  let at = 0;
  const sealed = await encrypter.encrypt(data.file.stream());
  for await (const piece of sealed as unknown as AsyncIterable<Uint8Array<ArrayBuffer>>) {
    at += handle.write(piece, { at });
  }
  handle.flush();
  handle.close();
  postMessage(at);
});
