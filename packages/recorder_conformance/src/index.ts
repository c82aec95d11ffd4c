export * from "./describe_recorder.ts";
export * from "./store_factory.ts";
