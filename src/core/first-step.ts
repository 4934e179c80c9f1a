// The first step of a plan is recorded in the transaction that opens the plan, so that one flush of the disk does for
// both. What the step finds on the machine is read before, outside of any transaction. It holds if nothing at all was
// stored meanwhile: then nobody can have got the locks, and it is as if the plan had been open since it was made.
import type { Db } from './context.ts';
import type { Engine } from './engine.ts';
import { inProgress, stepOf, type Opened } from './journaled-plan.ts';
import type { Begun, Plan } from './plan.ts';
import type { Outcome as CallOutcome } from './report.ts';

/** True while a call reads what its first step finds. Another one would store something meanwhile. */
let isReading = false;

const firstOf = (plan: Plan) => (plan.first ?? plan).steps[0];

/** Whether the first step can begin without reading anything of the machine. */
export async function needsNothing(engine: Engine, plan: Plan): Promise<boolean> {
  const first = firstOf(plan);
  return first !== undefined && (await stepOf(engine, first.kind)).prepare === undefined;
}

/**
 * Returns the version of the store if the first step should be read before the plan is opened. While other plans are in
 * progress, the step is recorded separately: something would be stored meanwhile, and the calls share their flushes.
 */
export async function versionToRead(engine: Engine, db: Db, plan: Plan): Promise<string | undefined> {
  const version = engine.store.version?.();
  if (version === undefined || isReading || inProgress.size > 0) return undefined;
  if (firstOf(plan) === undefined || (await needsNothing(engine, plan))) return undefined;
  const { locks } = plan.first ?? plan;
  return (await engine.journal.findTaken(db, locks)) === undefined ? version : undefined;
}

/** What a transaction decided. With `version`, it was rolled back, so that the first step can be read. */
export interface Decided {
  readonly outcome: CallOutcome;
  readonly plan: Plan | undefined;
  readonly opened?: Opened | string | undefined;
  readonly version?: string;
  /** Something was stored while the first step was read: nothing of this holds. */
  readonly isOutdated?: true;
}

/** What a call does again: the rest of a plan after its first part, or a decision that was outdated. */
export interface Continued {
  readonly first?: Opened | undefined;
  readonly isAgain?: true;
}

/** A decision that holds if the store still has this version, and what the first step found since. */
export interface Early {
  readonly outcome: CallOutcome;
  readonly plan: Plan;
  readonly version: string;
  readonly found: Begun | undefined;
}

/**
 * Runs the transaction `decide`, and a second time if the first step was read in between. If it cannot be read, the
 * error is reported when the step is read again, with the locks.
 */
export async function decideWithFirst(
  engine: Engine,
  decide: (early?: Early) => Promise<Decided>,
): Promise<Decided> {
  const decided = await decide();
  const { plan, version, outcome } = decided;
  if (plan === undefined || version === undefined) return decided;
  isReading = true;
  try {
    const found = await read(engine, plan).catch(() => undefined);
    return await decide({ version, outcome, plan, found });
  } finally {
    isReading = false;
  }
}

async function read(engine: Engine, plan: Plan): Promise<Begun | undefined> {
  const first = firstOf(plan);
  if (first === undefined) return undefined;
  const { prepare } = await stepOf(engine, first.kind);
  return { memento: await prepare?.(engine.machine, first.input as never, engine.sealer) };
}
