import { A3CPMessageSchema, SessionManagerStartInputSchema } from "@session-ledger/session_contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputInvalid } from "./input_invalid.ts";
import { FIELD_ERRORS_MAX, validated } from "./validation.ts";

function refusal(act: () => unknown): InputInvalid {
  try {
    act();
  } catch (error) {
    if (error instanceof InputInvalid) return error;
    throw error;
  }
  throw new Error("It was accepted.");
}

describe("validated", () => {
  test("gives a value that is valid", () => {
    const input = { user_id: "u1", performer_id: "p" };
    expect(validated(SessionManagerStartInputSchema, input)).toEqual(input);
  });

  test("names a field that is missing and one that only the server sets", () => {
    const { errors, detail } = refusal(() =>
      validated(SessionManagerStartInputSchema, { user_id: "u1", timestamp: "2026-11-21T09:30:00Z" }),
    );
    expect(errors).toEqual([
      { path: "performer_id", message: "is required" },
      { path: "timestamp", message: "is not allowed here" },
    ]);
    expect(detail).toBe("`performer_id` is required (and 1 more).");
  });

  test("tells a limited number of faults", () => {
    const labels = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`label_${at}`, 2]));
    const { errors } = refusal(() => validated(A3CPMessageSchema, { classifier_output: labels }));
    expect(errors).toHaveLength(FIELD_ERRORS_MAX);
  });

  test("never repeats what the client sent", () => {
    const secret = fc.stringMatching(/^[a-z]{4,12}$/).map((text) => `Zx${text}`);
    fc.assert(
      fc.property(secret, fc.jsonValue(), (name, value) => {
        const inputs = [
          refusal(() =>
            validated(SessionManagerStartInputSchema, { [name]: value, user_id: name, source: name }),
          ),
          refusal(() =>
            validated(A3CPMessageSchema, { classifier_output: { [name]: name }, modality: name }),
          ),
        ];
        for (const { errors, detail } of inputs) expect(JSON.stringify([errors, detail])).not.toContain(name);
      }),
    );
  });
});
