/** The session that OpenAPI shows. */
export const SESSION = {
  session_id: "1f0e5a3c-9b7d-4c2a-8e61-5d3f7a9b0c24",
  created_at: "2026-11-21T09:30:00.123Z",
};
