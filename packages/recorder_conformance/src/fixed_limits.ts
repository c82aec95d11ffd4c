// Limits that the design fixes (DESIGN section 5). They stand here in figures, so that a change of the contract's own
// constants fails the suite.

/** How deep an event may nest, itself included. */
export const DEPTH_MAX = 64;

/** How long a line may be, in bytes, its newline included. */
export const LINE_LENGTH_MAX = 512 * 1024;
