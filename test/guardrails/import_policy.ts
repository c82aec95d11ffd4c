import { cruise, type ICruiseResult, type IModule } from "dependency-cruiser";
import { IMPORT_RULES } from "./import_rules.ts";

/** An import that breaks a rule. */
export interface ForbiddenImport {
  readonly rule: string;
  /** The importing file, relative to the root. */
  readonly from: string;
  /** What is imported: a file relative to the root, the name of a built-in module, or what did not resolve. */
  readonly to: string;
}

/** What a cruise through a tree found. */
export interface ImportReport {
  /** Each file that was read, with the specifiers that were found in it, without `node:`. */
  readonly specifiers: ReadonlyMap<string, ReadonlySet<string>>;
  readonly violations: readonly ForbiddenImport[];
}

/**
 * Reads every import below `root` in `folders`, and holds it against the rules. Imports of types count: who knows
 * a type knows its module. Who trusts `violations` must look at `specifiers` too: without a TypeScript that it can
 * use, dependency-cruiser sees no module and so nothing wrong.
 */
export async function checkImports(root: string, folders: readonly string[]): Promise<ImportReport> {
  const { output } = await cruise(
    [...folders],
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: IMPORT_RULES },
      doNotFollow: { path: "node_modules" },
      tsPreCompilationDeps: true,
      detectProcessBuiltinModuleCalls: true,
    },
    { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  );
  const { modules, summary } = output as ICruiseResult;
  return {
    specifiers: new Map(modules.map((module) => [module.source, specifiersOf(module)])),
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}

function specifiersOf({ dependencies }: IModule): ReadonlySet<string> {
  return new Set(dependencies.map(({ module }) => module.replace(/^node:/, "")));
}
