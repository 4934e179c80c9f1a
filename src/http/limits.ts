// Limits on the time, memory and turns that a client can use. man/whmapi1d.8 lists them for administrators.
import { LONGEST_READING_MS } from '../core/list-time-limit.ts';

export const limits = {
  /** The maximum size of a request’s body in bytes. */
  bodyLimit: 1_048_576,
  /** A client that sends more slowly than this is disconnected (408). */
  requestTimeout: 30_000,
  headersTimeout: 15_000,
  /** A client that reads nothing of its response for this long is disconnected. */
  writeTimeout: 30_000,
  /** How long a client may take to read a list of more than 1,000 records. */
  longListMs: LONGEST_READING_MS,
  handshakeTimeout: 10_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
  /** At the end of the server: how long a connection without a request may still send one. It may have come just before. */
  lastRequestMs: 2000,
  /** How often the server looks for clients that take too long. */
  connectionsCheckingInterval: 5000,
  maxConnections: 1024,
  /** The share of addresses from which nobody has logged in or called with a token yet. */
  strangersConnections: 256,
  /** Additional connections of an address get a 503. From twice the limit they are closed at once. */
  connectionsPerAddress: 64,
  /** Waiting requests per connection (pipelining). */
  waitingPerConnection: 16,
  /** An address that exceeds that limit this many times within `floodMs` is blocked for `punishmentMs`. */
  flood: 64,
  floodMs: 10_000,
  punishmentMs: 60_000,
  /** Concurrent requests. The others wait, and addresses take turns. */
  requestsPerAddress: 32,
  requests: 256,
  /** Concurrent requests that have a password checked. They have turns of their own. */
  logins: 256,
  /** Concurrent password checks, one per address. Each check is expensive by design. */
  passwordChecks: 2,
  /** Concurrent uploads of files. */
  uploads: 32,
  uploadsPerAccount: 4,
  /** The maximum number of files in an upload. */
  uploadedFiles: 100,
  /** How long the rest of a rejected upload is read and ignored, so that the client reads the reason. */
  rejectedUploadMs: 10_000,
};

export type Limits = typeof limits;
