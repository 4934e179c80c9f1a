// Two networks for one test with a virtual cable between them, which delays and loses packets. The machine’s own
// network is not changed. Both networks are removed when the processes that hold them end.
import { execFileSync, spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';

const WEB_ADDRESS = '10.87.0.2';
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** What happens to packets at each end of the cable: lines of sh(1), in which $END is the device. */
export interface Weather {
  readonly name: string;
  readonly commands: string;
}

/** As wide area networks are on a bad day. */
const netem: Weather = {
  name: 'netem: 60 to 100 ms each way, 3 % lost',
  commands: 'tc qdisc add dev "$END" root netem delay 80ms 20ms loss 3%',
};
/**
 * For a kernel without netem: a slow line, on which packets wait for each other, and a filter that drops some of them.
 */
const narrow: Weather = {
  name: 'tbf and nftables: 256 kbit/s each way, 3 % lost',
  commands: `
    tc qdisc add dev "$END" root tbf rate 256kbit burst 1600 limit 60000
    nft add table inet weather
    nft add chain inet weather in '{ type filter hook input priority 0; }'
    nft add rule inet weather in iifname "$END" numgen random mod 100 '<' 3 drop`,
};

/** The kind of network that this machine supports, and why not a better one. */
export function weathers(): { readonly able: readonly Weather[]; readonly missing: readonly string[] } {
  if (process.getuid?.() !== 0) return { able: [], missing: ['only root can make a network'] };
  const able: Weather[] = [];
  const missing: string[] = [];
  for (const weather of [netem, narrow]) {
    const words = [
      '--net',
      'sh',
      '-ec',
      `ip link add web type veth peer name db; END=web; ${weather.commands}`,
    ];
    const { status, stderr, error } = spawnSync('unshare', words, { env: { PATH }, encoding: 'utf8' });
    if (status === 0) able.push(weather);
    else missing.push(`${weather.name}: ${(error?.message ?? stderr).trim().split('\n', 1)[0] ?? ''}`);
  }
  return { able, missing };
}

export class SlowNetwork {
  static readonly databaseAddress = '10.87.0.1';
  readonly #database: ChildProcessWithoutNullStreams;
  readonly #web: ChildProcessWithoutNullStreams;

  private constructor(database: ChildProcessWithoutNullStreams, web: ChildProcessWithoutNullStreams) {
    this.#database = database;
    this.#web = web;
  }

  static async start(weather: Weather): Promise<SlowNetwork> {
    const network = new SlowNetwork(await hold(), await hold());
    try {
      within(network.#database, `ip link add db type veth peer name web netns ${network.#web.pid}`);
      for (const [holder, device, , address] of network.#ends()) {
        within(holder, `ip address add ${address}/24 dev ${device}; ip link set ${device} up`);
        within(holder, `END=${device}; ${weather.commands}`);
      }
    } catch (error) {
      await network.remove();
      throw error;
    }
    return network;
  }

  /** The process that holds the database’s network. */
  get databasePid(): number {
    return this.#database.pid ?? 0;
  }

  /** A command that runs others at the other end. */
  get through(): string[] {
    return ['nsenter', `--net=/proc/${this.#web.pid}/ns/net`];
  }

  /** Nothing gets through, without notice: either end sends to a card that does not exist. */
  cut(): void {
    for (const [holder, device, other] of this.#ends()) {
      within(holder, `ip neighbour replace ${other} lladdr 02:00:00:00:00:01 nud permanent dev ${device}`);
    }
  }

  mend(): void {
    for (const [holder, device, other] of this.#ends()) {
      within(holder, `ip neighbour del ${other} dev ${device}`);
    }
  }

  /** The process that holds it, its device, the other’s address and its own. */
  #ends(): (readonly [ChildProcessWithoutNullStreams, string, string, string])[] {
    const [one, other] = [SlowNetwork.databaseAddress, WEB_ADDRESS];
    return [
      [this.#database, 'db', other, one],
      [this.#web, 'web', one, other],
    ];
  }

  async remove(): Promise<void> {
    for (const holder of [this.#web, this.#database]) {
      const ended = once(holder, 'exit');
      holder.stdin.end();
      await ended;
    }
  }
}

/** Its network exists as long as it does, and it ends with the test that holds its standard input. */
async function hold(): Promise<ChildProcessWithoutNullStreams> {
  const script = 'ip link set lo up && echo ready && read -r _ || exit 0';
  const holder = spawn('unshare', ['--net', 'sh', '-c', script], { env: { PATH } });
  await once(holder.stdout, 'data');
  return holder;
}

function within(holder: ChildProcessWithoutNullStreams, commands: string): void {
  execFileSync('nsenter', [`--net=/proc/${holder.pid}/ns/net`, 'sh', '-ec', commands], { env: { PATH } });
}
