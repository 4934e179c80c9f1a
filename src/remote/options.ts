// What the command line may say about remote calls.
export interface RemoteOptions {
  /** As given: names, lists, @GROUP, @FILE. */
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
  /** Seconds. */
  readonly timeout?: number;
}
