// The options of remote calls.
export interface RemoteOptions {
  /** Unparsed: names, lists, @GROUP, @FILE. */
  readonly hosts: readonly string[];
  readonly login?: string;
  readonly tokenFile?: string;
  readonly profile?: string;
  readonly cacert?: string;
  readonly pins: readonly string[];
  readonly parallel?: number;
  readonly failfast: boolean;
  /** The file that records which servers are done. */
  readonly resume?: string;
  /** In seconds. */
  readonly timeout?: number;
}
