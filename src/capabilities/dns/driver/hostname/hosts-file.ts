// The lines of /etc/hosts that name this server (hosts(5)).

interface Renaming {
  readonly hostname: string;
  readonly former: string;
  /** The main IP address of this server, for a file that does not name it yet. */
  readonly address: string;
}

/** Returns the file with the new name instead of the former one. Other names, comments and the order of lines stay. */
export function renamedHosts(text: string, { hostname, former, address }: Renaming): string {
  const short = shortOf(former);
  const isFull = former !== short;
  const isFormer = (name: string) => (isFull ? name === former : name.startsWith(`${short}.`));
  // Another server can have the same short name, so its lines are recognised by their address.
  const isOwn = (of: string) => of === address || of === '::1' || of.startsWith('127.');
  const lines = text.split('\n').map((line) => {
    const [entry = '', ...comments] = line.split('#');
    const [of = '', ...words] = entry.split(/(\s+)/);
    const names = words.map((word) => word.toLowerCase());
    const isOurs = (isFull && names.includes(former)) || (isOwn(of) && names.includes(short));
    const renamed = words.map((word, at) => {
      const name = names[at] ?? '';
      if (!isOurs) return word;
      return isFormer(name) ? hostname : name === short ? shortOf(hostname) : word;
    });
    return [[of, ...renamed].join(''), ...comments].join('#');
  });
  const body = lines.join('\n');
  if (lines.some((line) => namesOf(line).includes(hostname))) return body;
  return `${body}${body === '' || body.endsWith('\n') ? '' : '\n'}${address} ${hostname} ${shortOf(hostname)}\n`;
}

function namesOf(line: string): string[] {
  const [entry = ''] = line.split('#');
  return entry.split(/\s+/).slice(1);
}

const shortOf = (hostname: string): string => hostname.split('.')[0] ?? hostname;
