// Creates, removes and renames databases and their users, of either kind of server, and changes what the users may do.
// The store keeps whose they are.
import { defineChange, type Plan, type PlannedStep } from '../../../core/plan.ts';
import { stepAt } from '../driver/mysql/step.ts';
import * as hosts from '../rules/hosts.ts';
import { locksOf, type DatabaseObject } from '../rules/locks.ts';
import type { DatabaseEngine, ObjectKind } from '../rules/names.ts';
import * as owners from '../rules/owners.ts';
import type { SealedPlace } from '../rules/profiles.ts';

export interface ChangeDatabases {
  readonly engine: DatabaseEngine;
  /** The account. */
  readonly owner: string;
  /** The profile of the server that gets what is added. */
  readonly profile: string;
  readonly added: readonly DatabaseObject[];
  readonly removed: readonly DatabaseObject[];
  readonly renamed: readonly { readonly kind: ObjectKind; readonly from: string; readonly to: string }[];
  /** Hosts in the account’s remote access list. */
  readonly addedHosts?: readonly string[];
  readonly removedHosts?: readonly string[];
}

const change = defineChange<ChangeDatabases>({
  kind: 'change-databases',
  async store(db, input, { now }) {
    const { engine, owner, profile, added, removed, renamed, addedHosts = [], removedHosts = [] } = input;
    for (const host of removedHosts) await hosts.remove(db, owner, host);
    for (const host of addedHosts) await hosts.add(db, owner, host);
    for (const { kind, name } of removed) await owners.remove(db, { engine, kind }, name);
    for (const { kind, from, to } of renamed) {
      await owners.rename(db, { engine, kind }, { from, to, owner, profile, now: now() });
    }
    for (const { kind, name } of added) {
      await owners.insert(db, { engine, kind }, { name, owner, profile, createdAt: now() });
    }
  },
});
export default change;

export interface DatabaseWork {
  readonly engine: DatabaseEngine;
  readonly owner: string;
  readonly profile?: string;
  /** The server over the network on which the steps work. Default: the server of this machine. */
  readonly at?: SealedPlace | undefined;
  readonly added?: ChangeDatabases['added'];
  readonly removed?: ChangeDatabases['removed'];
  readonly renamed?: ChangeDatabases['renamed'];
  readonly addedHosts?: readonly string[];
  readonly removedHosts?: readonly string[];
  /** What the steps change otherwise. */
  readonly touched?: readonly DatabaseObject[];
  readonly steps: readonly PlannedStep[];
  /** The steps set a password, or repeat something harmless. */
  readonly irreversible?: true;
  /** A new password. */
  readonly secret?: string;
}

export function changeDatabases(work: DatabaseWork): Plan {
  const { engine, owner, profile = owners.LOCAL_PROFILE, added = [], removed = [], renamed = [] } = work;
  const { touched = [], at, irreversible, secret, addedHosts, removedHosts } = work;
  const objects = [
    ...[...added, ...removed, ...touched],
    ...renamed.flatMap(({ kind, from, to }) => [from, to].map((name) => ({ kind, name }))),
  ];
  return change.plan(
    {
      ...{ engine, owner, profile, added, removed, renamed },
      ...(addedHosts && { addedHosts }),
      ...(removedHosts && { removedHosts }),
    },
    {
      locks: locksOf(engine, owner, objects),
      steps: work.steps.map((step) => stepAt(at, step)),
      ...(irreversible && { irreversible }),
      ...(secret === undefined ? {} : { secret }),
    },
  );
}
