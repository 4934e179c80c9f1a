// What the parts of an account are given of a call.
import type { Context } from '../core/context.ts';
import { rolesOf } from '../model/roles/active-profile.ts';
import type { PartWorld } from './account-part.ts';

export type PartContext = Pick<Context, 'db' | 'system' | 'inform'>;

export async function partWorld(context: PartContext): Promise<PartWorld> {
  const { db, inform } = context;
  return { db, inform, roles: await rolesOf(context) };
}
