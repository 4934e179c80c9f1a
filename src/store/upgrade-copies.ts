// Finds the copies of the store that earlier upgrades have made (`upgrade-copy.ts`).
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

interface UpgradeCopy {
  readonly name: string;
  readonly schema: number;
}

/** @param schema what the copy has; the upgrade was to a higher one. */
export const copyNameOf = (schema: number): string => `store.schema-${schema}.backup`;

/** Returns the newest first. */
export function copiesIn(stateDirectory: string): UpgradeCopy[] {
  return readdirSync(stateDirectory)
    .map((name) => ({ name, schema: Number(/^store\.schema-(\d+)\.backup$/.exec(name)?.[1]) }))
    .filter(({ schema }) => !Number.isNaN(schema))
    .sort((one, other) => other.schema - one.schema);
}

/**
 * What to do about a store that a newer program has upgraded.
 * @param known the schema of this program.
 */
export function wayBack(stateDirectory: string, known: number): string {
  const copy = copiesIn(stateDirectory).find(({ schema }) => schema <= known);
  if (copy === undefined) return 'Update this program.';
  return (
    'Update this program, or restore the copy from before the upgrade, which lacks all later changes: ' +
    `systemctl stop whmapi1d; whmapi1 --restore '${join(stateDirectory, copy.name).replaceAll("'", "'\\''")}' --force; systemctl start whmapi1d`
  );
}
