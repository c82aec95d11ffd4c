export * from "./backend_record_store.ts";
export * from "./ledger_storage.ts";
export type { Place, RecordStore, RecordsAfter } from "./record_store.ts";
export * from "./recorder_record_store.ts";
export type { StorageRecord } from "./storage_record.ts";
