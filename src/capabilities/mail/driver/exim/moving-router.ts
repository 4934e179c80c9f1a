// The part of Exim’s configuration for domains that are on their way to another account: their former account no longer has
// them, and the new one does not have them yet. The same holds for domains whose mail servers could not be looked up since this server has the role. Mail for
// them waits, at its sender or in the queue.
import { MOVING } from './places.ts';

export const MOVING_DOMAINS = `dsearch,filter=file;${MOVING}`;

export const MOVING_ROUTER = `moving_domain:
  driver = redirect
  allow_defer
  domains = ${MOVING_DOMAINS}
  data = :defer: where this server should deliver mail of this domain is not known yet

`;
