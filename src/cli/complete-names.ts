// Completes names from this server's store: accounts, domains, packages, resellers and others.
import { namesInStore } from '../app/names-in-store.ts';
import type { NameKind } from '../core/define.ts';
import type { Candidate } from './complete.ts';
import type { Io } from './io.ts';

/** Returns names that begin with `prefix` and that `user` (default: root) can see. Empty if they cannot be read. */
export async function storedCandidates(
  kind: NameKind,
  prefix: string,
  user: string | undefined,
  { environment }: Io,
): Promise<Candidate[]> {
  try {
    const names = await namesInStore(environment, { kind, prefix, user });
    // The command line would decode a percent sign and two digits, so the percent sign is encoded.
    return names.map(({ name, about }) => ({ value: name.replace(/%(?=[0-9A-Fa-f]{2})/g, '%25'), about }));
  } catch {
    // A shell shows only candidates. The call itself will report the problem with the store.
    return [];
  }
}
