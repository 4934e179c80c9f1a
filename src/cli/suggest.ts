import { nearest } from '../core/nearest.ts';
import { index } from '../functions/index.generated.ts';
import { tell, type Io } from './io.ts';

/** Names the functions that a mistyped name may have meant. */
export function suggest(command: string, io: Io): void {
  const names = nearest(command, Object.keys(index));
  tell(
    io,
    names.length === 0
      ? 'whmapi1 --help lists the functions.\n'
      : `Did you mean ${names.join(', or ')}? whmapi1 --help lists the functions.\n`,
  );
}
