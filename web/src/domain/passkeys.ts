/** Passkeys (WebAuthn level 3): JSON from the platform in, JSON for the platform out. */
import { Problem } from "@/api/problems";

type Json = Record<string, unknown>;

/** Whether this browser can do it, with the JSON forms the platform speaks. */
export function passkeysSupported(): boolean {
  return (
    typeof PublicKeyCredential !== "undefined" &&
    "parseRequestOptionsFromJSON" in PublicKeyCredential &&
    "parseCreationOptionsFromJSON" in PublicKeyCredential
  );
}

/** Let the person choose a passkey and answer the challenge. Throws Problem. */
export async function answerChallenge(options: Json): Promise<Json> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  return jsonOf(await asked(navigator.credentials.get({ publicKey })));
}

/** Let the person make a passkey. Throws Problem. */
export async function makePasskey(options: Json): Promise<Json> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  return jsonOf(await asked(navigator.credentials.create({ publicKey })));
}

async function asked(answer: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await answer;
    if (credential instanceof PublicKeyCredential) return credential;
  } catch {
    // Which of many reasons it was, browsers do not tell; the person knows.
  }
  throw new Problem("passkey-cancelled");
}

function jsonOf(credential: PublicKeyCredential): Json {
  return { ...credential.toJSON() };
}
