/** What a process that a test starts is given of the test's own variables: where programs and compiled modules are. */
export const INHERITED_ENVIRONMENT = {
  PATH: process.env["PATH"],
  NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
};
