/** Identifiers made in the browser, and what a password must have. */

/** As the server asks; whether it is easily guessed the server says. */
export const PASSWORD_LENGTH_MIN = 10;

/** A random UUID (RFC 9562, version 4). Not `randomUUID`, which pages without TLS do not have. */
export function freshUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}
