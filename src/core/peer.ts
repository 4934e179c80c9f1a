// Calls on other servers of WHM API 1, with credentials that this server has stored. `src/remote/` makes them.
import type { RawArgument } from './context.ts';
import type { Envelope } from './envelope.ts';

/** Another server, and how to log in there. */
export interface Peer {
  /** `HOST` or `HOST:PORT`, as on the command line. The port is 2087 by default. */
  readonly host: string;
  readonly user: string;
  /** An API token or an access hash, without white space. */
  readonly token: string;
  /** The SHA-256 of its certificate, `sha256:` and 64 hexadecimal digits. Undefined: issuer and name are verified. */
  readonly pin: string | undefined;
}

export interface PeerCall {
  readonly command: string;
  readonly args: readonly RawArgument[];
  /** True if the call can be repeated after a lost response without harm. */
  readonly isSafeToRepeat: boolean;
}

/**
 * Makes one call, within 30 seconds. A response that reports a failure (`result` 0) is returned, not thrown.
 * @throws ApiError `bad_param` for a malformed host; `remote_unreachable`, `login_refused`, `bad_answer`,
 * `unknown_outcome`.
 */
export type CallPeer = (peer: Peer, call: PeerCall) => Promise<Envelope>;
