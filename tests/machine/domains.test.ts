// The domains of an account on a fresh Debian with the profile STANDARD: subdomains, addon domains, and the conversion of
// an addon domain to an account.
import { describeOnMachine } from './describe-on-machine.ts';
import { waitUntilServed } from './served.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

describeOnMachine('domains of accounts, in this order', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
  });
  afterAll(() => machine.stop());

  const call = (name: string, ...words: string[]) => {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    return JSON.parse(stdout) as Envelope;
  };
  const works = (name: string, ...words: string[]) => {
    const { metadata, data } = call(name, ...words);
    expect([name, metadata.result === 1 ? '' : metadata.reason]).toEqual([name, '']);
    return data;
  };
  /** The body and the status that a visitor gets. */
  const visit = (host: string, path = '/') =>
    machine
      .run('curl', [
        '-s',
        '-w',
        ' %{http_code}',
        '--resolve',
        `${host}:80:127.0.0.1`,
        `http://${host}${path}`,
      ])
      .stdout.trim();
  const address = (name: string) => machine.run('dig', ['+short', '@127.0.0.1', name, 'A']).stdout.trim();

  it('serves a subdomain and an addon domain from folders that belong to the user', () => {
    works('createacct', 'username=bob', 'domain=bob.example', 'maxaddon=1');
    waitUntilServed(machine, 'bob.example');
    works('create_subdomain', 'domain=shop.bob.example', 'document_root=public_html/shop');
    works(
      'create_parked_domain_for_user',
      ...['domain=shop.example', 'username=bob', 'web_vhost_domain=shop.bob.example'],
    );
    machine.sh(`runuser -u bob -- bash -euc '
      cd /home/bob/public_html/shop
      echo shop >index.html
      echo "<?php echo posix_getpwuid(posix_geteuid())[\\"name\\"];" >who.php
      mkdir private; echo secret >private/a; chmod 600 private/a
      ln -s /etc/passwd link'`);
    expect(machine.run('stat', ['-c', '%U:%G %a', '/home/bob/public_html/shop']).stdout.trim()).toBe(
      'bob:bob 755',
    );
    for (const host of ['shop.bob.example', 'www.shop.bob.example', 'shop.example', 'www.shop.example']) {
      expect([host, visit(host)]).toEqual([host, 'shop\n 200']);
    }
    expect(visit('shop.example', '/who.php')).toBe('bob 200');
    expect([address('shop.bob.example'), address('shop.example')]).toEqual([
      address('bob.example'),
      address('bob.example'),
    ]);
  });

  it('converts the addon domain to an account whose files belong to its own user', () => {
    machine.sh('cp -a /home/bob/public_html/shop /root/before');
    works('convert_addon_initiate_conversion', 'domain=shop.example', 'username=shop', 'wait=1');
    waitUntilServed(machine, 'shop.example');
    expect(visit('shop.example')).toBe('shop\n 200');
    expect(visit('shop.example', '/who.php')).toBe('shop 200');
    expect(visit('bob.example')).not.toContain('There is no website');
    expect(visit('shop.bob.example')).toContain('There is no website');
    const facts = ['-c', '%U:%G %a', '/home/shop/public_html', '/home/shop/public_html/private/a'];
    expect(machine.run('stat', facts).stdout.trim().split('\n')).toEqual([
      'shop:www-data 750',
      'shop:shop 600',
    ]);
    // Nothing of the new account belongs to anybody else, no link was followed, and the originals are unchanged.
    machine.sh(`
      [ -z "$(find /home/shop ! -user shop)" ]
      [ ! -e /home/shop/public_html/link ]
      diff -r --no-dereference /root/before /home/bob/public_html/shop`);
    expect(address('shop.bob.example')).toBe('');
    expect(address('shop.example')).toBe(address('bob.example'));
  });

  describe('while the home is moved away', () => {
    const uapi = (name: string, ...words: string[]) => {
      const [module = '', func = ''] = name.split('::');
      const { stdout } = machine.run('uapi', ['--output=json', '--user=bob', module, func, ...words]);
      const { status, errors } = (JSON.parse(stdout) as { result: Answer }).result;
      return status === 1 ? undefined : (errors ?? ['no reason']).join(' ');
    };
    interface Answer {
      readonly status: number;
      readonly errors: readonly string[] | null;
    }
    const NAMES_HOME = 'The home directory /home/bob cannot be used';
    const addSubdomain = () =>
      uapi('SubDomain::addsubdomain', 'domain=blog', 'rootdomain=bob.example', 'dir=public_html/blog');
    const knowServer = () => uapi('KnownHosts::create', 'host_name=93.184.215.1');
    /** What the account has, with the owners and the contents. */
    const state = () =>
      machine.sh(`
        cat /home/shop/.ssh/known_hosts 2>&1 || true
        find /home -xdev -printf '%p %u %g %m %l %s\\n' | sort
        cat /etc/apache2/sites-available/* /etc/apache2/conf-available/* | sha256sum
        grep -rl blog.bob.example /etc/apache2 /etc/bind /var/lib/bind 2>/dev/null || true`);

    beforeAll(() => {
      machine.install('openssh-server', 'openssh-client');
      // An address that is not private, so that an account may ask for the keys. The machine has no other network.
      machine.sh(`
        systemctl start ssh
        ip address add 93.184.215.1/32 dev lo
        mv /home/bob /home/moved`);
    });

    it.each([
      ['and nothing is in its place', 'true', 'true'],
      ['and a link to another home is in its place', 'ln -s /home/shop /home/bob', 'rm /home/bob'],
      [
        'and a directory of another user is in its place',
        'install -d -o shop -g shop -m 777 /home/bob',
        'rmdir /home/bob',
      ],
    ])('%s, no subdomain and no known host is added', (_what, replace, remove) => {
      machine.sh(replace);
      const before = state();
      expect(addSubdomain()).toContain(NAMES_HOME);
      expect(knowServer()).toContain(NAMES_HOME);
      expect(state()).toEqual(before);
      machine.sh(remove);
    });

    it('and then back, both are', () => {
      machine.sh('mv /home/moved /home/bob');
      expect([addSubdomain(), knowServer()]).toEqual([undefined, undefined]);
      machine.sh('runuser -u bob -- sh -c "echo blog > ~/public_html/blog/index.html"');
      expect(visit('blog.bob.example')).toBe('blog\n 200');
      machine.sh('grep -q "^93.184.215.1 ssh-" /home/bob/.ssh/known_hosts');
    });
  });
});
