import { describe } from "vitest";
import { describeAppend } from "./append_behaviour.ts";
import { describeArchive } from "./archive_behaviour.ts";
import { useBench } from "./bench.ts";
import { describeCatalog } from "./catalog_behaviour.ts";
import { describeClaims } from "./claim_behaviour.ts";
import { describeContent } from "./content_behaviour.ts";
import { describeErase } from "./erase_behaviour.ts";
import { describeEraseLine } from "./erase_line_behaviour.ts";
import { describeIdempotency } from "./idempotency_behaviour.ts";
import { describeLifecycle } from "./lifecycle_behaviour.ts";
import { describeLine } from "./line_behaviour.ts";
import { describeList } from "./list_behaviour.ts";
import { describePick } from "./pick_behaviour.ts";
import { describeRawLines } from "./raw_lines_behaviour.ts";
import { describeRawMedia } from "./raw_media_behaviour.ts";
import { describeRead } from "./read_behaviour.ts";
import { describeRefusals } from "./refusal_behaviour.ts";
import { describeRivals } from "./rival_behaviour.ts";
import type { StoreFactory } from "./store_factory.ts";
import { describeTail } from "./tail_behaviour.ts";

/**
 * Registers the tests that every recorder passes, whatever its store. A bug that one recorder had becomes a case
 * here, so that no other recorder can have it.
 */
export function describeRecorder(name: string, factory: StoreFactory): void {
  describe(name, () => {
    const bench = useBench(factory);
    describeAppend(bench);
    describeLine(bench);
    describeContent(bench);
    describeRefusals(bench);
    describeRawMedia(bench);
    describeClaims(bench);
    describeRead(bench);
    describeTail(bench);
    describeRawLines(bench);
    describePick(bench);
    describeCatalog(bench);
    describeIdempotency(bench);
    describeList(bench);
    describeLifecycle(bench);
    describeErase(bench);
    describeEraseLine(bench);
    describeArchive(bench);
    if (factory.several_writers) describeRivals(bench);
  });
}
