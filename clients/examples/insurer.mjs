// An insurer in Node, without a single package: `node insurer.mjs FOLDER PLATFORM PORT`.
// FOLDER is what `kaibiao insurer keygen` made. It keeps its orders in memory: a real one does not.
import { createHash, createPrivateKey, createPublicKey, randomUUID, sign, verify, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const [folder, platform, port] = process.argv.slice(2);
const ED25519_PRIVATE = Buffer.from("302e020100300506032b657004220420", "hex"); // PKCS #8 up to the seed
const ED25519_PUBLIC = Buffer.from("302a300506032b6570032100", "hex"); // SubjectPublicKeyInfo up to the key
const seed = Buffer.from(readFileSync(`${folder}/api.key.hex`, "ascii").trim(), "hex");
const key = createPrivateKey({ key: Buffer.concat([ED25519_PRIVATE, seed]), format: "der", type: "pkcs8" });
const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(ED25519_PUBLIC.length);
const keyId = createHash("sha256").update(publicKey).digest("hex").slice(0, 32);
const signingKey = createPrivateKey(readFileSync(`${folder}/signing.key.pem`));
const certificate = new X509Certificate(readFileSync(`${folder}/certificate.pem`)).raw.toString("base64");

const orders = new Map(); // order id → application, premium
const books = { lines: [], payments: [] }; // by day: what was issued, what came and went back
const matters = new Set(); // what was agreed to
const AGE_SECONDS = 300;
const label = "kaibiao/guarantee/v1";

class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

// --- what the platform says -------------------------------------------------------------------

async function platformKey() {
  const answer = await (await fetch(`${platform}/api/v1/insurance/guarantors`)).json();
  const raw = Buffer.from(answer.platform_key, "base64");
  return createPublicKey({ key: Buffer.concat([ED25519_PUBLIC, raw]), format: "der", type: "spki" });
}

// Standard Webhooks, v1a: Ed25519 over id.timestamp.body. Repetitions are told by order and matter.
async function verified(request, body) {
  const id = request.headers["webhook-id"];
  const stamp = request.headers["webhook-timestamp"];
  if (!id || !/^\d{1,10}$/.test(stamp ?? "")) throw new Refused(401, "no webhook signature");
  if (Math.abs(Date.now() / 1000 - Number(stamp)) > AGE_SECONDS) throw new Refused(401, "too old");
  const signed = Buffer.concat([Buffer.from(`${id}.${stamp}.`), body]);
  const signatures = (request.headers["webhook-signature"] ?? "").split(" ").filter((one) => one.startsWith("v1a,"));
  const trusted = await platformKey();
  if (!signatures.some((one) => verify(null, signed, trusted, Buffer.from(one.slice(4), "base64"))))
    throw new Refused(401, "not the platform's signature");
}

function parsed(body) {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value;
  } catch {
    // refused below
  }
  throw new Refused(422, "not the JSON agreed");
}

function fields(value, ...names) {
  for (const name of names) if (value[name] === undefined) throw new Refused(422, `${name} is missing`);
}

function known(message) {
  fields(message, "order_id");
  const order = orders.get(message.order_id);
  if (!order) throw new Refused(404, "no such order");
  return order;
}

// --- what we say ------------------------------------------------------------------------------

// RFC 8785 for flat objects of ASCII keys: sorted, without white space.
const canonical = (value) => JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));

// Instants in statements have six decimals and end in Z.
const instant = (text) => new Date(text).toISOString().replace(/\.(\d{3})Z$/, ".$1000Z");

const numberOf = (order) => `NODE-${order.order_id.slice(0, 8)}`;
function policy(order, amountFen, until) {
  const statement = {
    order_id: order.order_id,
    applicant_uscc: order.applicant.uscc,
    amount_fen: amountFen,
    valid_until: instant(until),
    policy_number: numberOf(order),
  };
  const message = Buffer.concat([Buffer.from(`${label}\0`), Buffer.from(canonical(statement))]);
  return { label, statement, certificate, signature: sign("sha256", message, signingKey).toString("base64") };
}

// RFC 9421 over method, authority, path, type and digest; signed anew in every attempt.
async function post(order, notice) {
  const url = new URL(`${platform}/api/v1/insurance/callbacks/${order.guarantor_id}`);
  const body = JSON.stringify(notice);
  const digest = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
  const created = Math.floor(Date.now() / 1000);
  const components = '("@method" "@authority" "@path" "content-type" "content-digest")';
  const parameters =
    `${components};created=${created};keyid="${keyId}";alg="ed25519";expires=${created + AGE_SECONDS}` +
    `;nonce="${randomUUID()}";tag="kaibiao-insurer-v1"`;
  const base = [
    '"@method": POST',
    `"@authority": ${url.host}`,
    `"@path": ${url.pathname}`,
    '"content-type": application/json',
    `"content-digest": ${digest}`,
    `"@signature-params": ${parameters}`,
  ].join("\n");
  const headers = {
    "Content-Type": "application/json",
    "Content-Digest": digest,
    "Signature-Input": `kaibiao=${parameters}`,
    Signature: `kaibiao=:${sign(null, Buffer.from(base), key).toString("base64")}:`,
  };
  return (await fetch(url, { method: "POST", headers, body })).status;
}

// Until the platform has it: the id stays, the signature does not.
async function tell(order, state, more = {}) {
  const notice = { id: randomUUID(), order_id: order.order_id, state, ...more };
  for (let pause = 200, tries = 0; tries < 20; tries += 1, pause = Math.min(2 * pause, 5000)) {
    const status = await post(order, notice).catch(() => 0);
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  console.error(`given up: ${state} of ${order.order_id}`);
}

function agree(order, matterId, more, payment) {
  if (matters.has(matterId)) return;
  matters.add(matterId);
  if (payment) book("payments", order, payment);
  void tell(order, "agreed", { matter_id: matterId, ...more });
}

const today = () => new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10); // in China
const book = (list, order, line) => books[list].push([today(), { order_id: order.order_id, ...line }]);
const listed = (list, day) => books[list].filter(([on]) => on === day).map(([, line]) => line);

async function underwrite(order) {
  const told = { premium_fen: order.premium_fen };
  await tell(order, "underwriting");
  await tell(order, "awaiting_premium", told);
  book("payments", order, { reference: `in-${order.order_id}`, kind: "premium", amount_fen: order.premium_fen });
  await tell(order, "paid", told);
  book("lines", order, { policy_number: numberOf(order), amount_fen: order.amount_fen, ...told });
  await tell(order, "issued", { ...told, policy: policy(order, order.amount_fen, order.valid_until) });
}

// --- the doors --------------------------------------------------------------------------------

const premium = (amountFen) => Math.max(20000, Math.floor((amountFen * 5) / 1000));

const doors = {
  "/v1/quotes": (message) => (fields(message, "amount_fen"), { premium_fen: premium(message.amount_fen) }),
  "/v1/applications": (message) => {
    fields(message, "order_id", "guarantor_id", "applicant", "amount_fen", "valid_until");
    if (orders.has(message.order_id)) return {};
    const order = { ...message, premium_fen: premium(message.amount_fen) };
    orders.set(message.order_id, order);
    void underwrite(order);
    return {};
  },
  "/v1/issued": ({ day }) => ({ day, lines: listed("lines", day), payments: listed("payments", day) }),
  "/v1/cancellations": (message) => (known(message), {}),
  "/v1/disclosures": (message) => (known(message), {}),
  "/v1/releases": (message) => (known(message), {}),
  "/v1/extensions": (message) => {
    const order = known(message);
    agree(order, message.matter_id, { policy: policy(order, message.amount_fen, message.valid_until) });
    return {};
  },
  "/v1/surrenders": (message) => {
    const told = { amount_fen: message.refund_fen };
    return (agree(known(message), message.matter_id, told, { reference: `out-${message.order_id}`, kind: "refund", ...told }), {});
  },
  "/v1/claims": (message) => (agree(known(message), message.matter_id, { amount_fen: message.claimed_fen }), {}),
};

async function answer(request) {
  const door = doors[request.url];
  if (request.method !== "POST" || !door) throw new Refused(404, "no such door");
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  await verified(request, body);
  return door(parsed(body));
}

const server = createServer((request, response) => {
  answer(request)
    .then((value) => response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(value)))
    .catch((error) => response.writeHead(error.status ?? 500).end(`${error.message}\n`));
});
server.listen(Number(port), "127.0.0.1", () =>
  console.log(JSON.stringify({ ready: `http://127.0.0.1:${server.address().port}`, public_key: publicKey.toString("base64") })),
);
