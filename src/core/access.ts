// May this caller run this function?
import type { Caller } from './context.ts';
import type { Access } from './define.ts';
import { denied } from './errors.ts';

export function mayCall(caller: Caller, access: Access): boolean {
  if (access === 'any' || caller.privileges === 'all') return true;
  if (access === 'root') return false;
  const held = caller.privileges;
  return access.some((privilege) => held.has(privilege));
}

/** Root, its limited API tokens, and whoever holds every privilege: the accounts of everybody are there for them. */
export function seesAll(caller: Caller): boolean {
  return caller.privileges === 'all' || caller.seesAll === true;
}

/** @throws ApiError `denied`, naming the privilege that is missing. */
export function authorise(caller: Caller, command: string, access: Access): void {
  if (mayCall(caller, access)) return;
  const needed =
    access === 'root'
      ? 'Only root may call it.'
      : `It asks for the privilege ${(access as readonly string[]).map((name) => `“${name}”`).join(' or ')}.`;
  throw denied(`You may not call “${command}”. ${needed}`);
}
