import { InputInvalid } from "@session-ledger/http_api";

/** What says that an object stands for bytes: its `data` is their base64. */
const BYTES_MARK = "__bytes_encoded__";

const BASE64_CHARACTERS = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Asserts that whatever says it is bytes can be read as bytes. They are kept as they were sent.
 * @throws InputInvalid
 */
export function assertEncodedBytes(value: unknown): void {
  if (value === null || typeof value !== "object") return;
  if (!Array.isArray(value) && (value as Record<string, unknown>)[BYTES_MARK] === true) {
    const { data } = value as { readonly data?: unknown };
    if (typeof data !== "string" || data.length % 4 !== 0 || !BASE64_CHARACTERS.test(data)) {
      throw new InputInvalid({ path: "data", message: `must be base64 beside \`${BYTES_MARK}\`` });
    }
  }
  for (const child of Object.values(value)) assertEncodedBytes(child);
}
