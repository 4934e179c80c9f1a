// The locks of calls that change databases and their users.
import { exclusive, type Lock } from '../../../core/plan.ts';
import type { DatabaseEngine, ObjectKind } from './names.ts';

export interface DatabaseObject {
  readonly kind: ObjectKind;
  readonly name: string;
}

/** `database mysql bob_shop`, `database user mysql bob_app`. */
export function lockOf(engine: DatabaseEngine, { kind, name }: DatabaseObject): Lock {
  return exclusive(`${kind === 'user' ? 'database user' : 'database'} ${engine} ${name}`);
}

/** The lock of the account keeps its limit, and makes one change after another. */
export function locksOf(engine: DatabaseEngine, owner: string, objects: readonly DatabaseObject[]): Lock[] {
  return [exclusive(`account ${owner}`), ...objects.map((one) => lockOf(engine, one))];
}
