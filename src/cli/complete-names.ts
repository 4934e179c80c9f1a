// Values that the Tab key takes from this server's store: names of accounts, domains, packages and resellers.
import { namesInStore } from '../app.ts';
import type { NameKind } from '../core/define.ts';
import type { Candidate } from './complete.ts';
import type { Io } from './io.ts';

/** Names that begin with `prefix`, as far as `user` (root unless given) can see them. None if they cannot be read. */
export async function storedCandidates(
  kind: NameKind,
  prefix: string,
  user: string | undefined,
  { environment }: Io,
): Promise<Candidate[]> {
  try {
    const names = await namesInStore(environment, { kind, prefix, user });
    // The command line would decode a percent sign and two digits.
    return names.map(({ name, about }) => ({ value: name.replace(/%(?=[0-9A-Fa-f]{2})/g, '%25'), about }));
  } catch {
    // A shell shows nothing but candidates: the call that follows reports what is wrong with the store.
    return [];
  }
}
