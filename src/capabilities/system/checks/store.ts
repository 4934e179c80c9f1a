// The store can be opened, is intact, and has a schema that this program knows.
import { ApiError } from '../../../core/errors.ts';
import { schemaVersion } from '../../../store/schema-version.generated.ts';
import type { InspectedStore } from '../../../store/inspect.ts';
import { wayBack } from '../../../store/upgrade-copies.ts';
import { note, ok, problem, word, type Check, type Finding } from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'Store',
  order: 20,

  async run(subject) {
    let store: InspectedStore | undefined;
    try {
      store = await subject.store();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const restore = 'whmapi1 --restore BACKUP --force';
      const isDamaged = /damaged|no SQLite database/.test(error.message);
      return [
        problem(
          `The store cannot be opened: ${error.message}`,
          isDamaged ? restore : commandIn(error.message),
        ),
      ];
    }
    if (store === undefined) return [ok('There is no store yet. The first call creates it.')];
    return [...integrityOf(store), schemaOf(store, subject.stateDirectory)];
  },
};

/** Reasons about owners and modes end with the command that fixes them. */
function commandIn(reason: string): string | undefined {
  return /: ((?:chmod|chown) \S.*)$/.exec(reason)?.[1];
}

function integrityOf(store: InspectedStore): Finding[] {
  if (store.kind === 'postgres') return [ok(`“${store.name}” can be reached.`)];
  const faults = store.faults();
  if (faults.length === 0) return [ok(`“${store.name}” passes SQLite’s integrity check.`)];
  return [
    problem(
      `“${store.name}” is damaged: ${faults[0] ?? ''}.`,
      `cp -a ${word(store.name)} ${word(`${store.name}.damaged`)} && whmapi1 --restore BACKUP --force`,
    ),
  ];
}

function schemaOf({ kind, name, schemaVersion: version }: InspectedStore, stateDirectory: string): Finding {
  if (version > schemaVersion) {
    return problem(
      `“${name}” was written by a newer whmapi1: its schema is ${version}, and this program knows ${schemaVersion}. ` +
        (kind === 'postgres' ? 'Update this program.' : wayBack(stateDirectory, schemaVersion)),
    );
  }
  if (version < schemaVersion) {
    return note(`The next call upgrades the schema of the store from ${version} to ${schemaVersion}.`);
  }
  return ok(`The schema (${version}) is current.`);
}

export default check;
