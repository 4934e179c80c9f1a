// What stands around the database servers: the probes of real ones.
import { services } from '../../src/capabilities/system/driver/services/catalogue.ts';
import { probe, type Probe } from '../../src/capabilities/system/driver/services/probes.ts';
import { Databases } from '../../src/machine/databases/servers.ts';
import { PostgresServer } from '../postgres/postgres-server.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { describeWith } from '../support/require-tool.ts';

const probeOf = (name: string): Probe => {
  const found = services.find((service) => service.name === name)?.probe;
  if (found === undefined) throw new Error(`“${name}” is not asked.`);
  return found;
};

describeWith(['mariadbd', 'mariadb', 'postgres'], 'the probes of database servers', () => {
  it('find out whether MariaDB answers, and leave no line in its log', async () => {
    const server = await PrivateMariadb.start({ options: ['--max-connections=10'] });
    const databases = new Databases({
      mysql: () => Promise.resolve(server.socket),
      postgresql: () => Promise.resolve(undefined),
    });
    const ask = () => probe(probeOf('mysql'), { databases: () => Promise.resolve(databases) });
    try {
      const before = server.log();
      expect(await ask()).toBeUndefined();
      expect(server.query('SELECT 1')).toEqual([['1']]);
      expect(server.log()).toBe(before);
      server.query("ALTER USER root@localhost IDENTIFIED BY 'no-socket'");
      expect(await ask()).toBeUndefined();
    } finally {
      await server.stop();
    }
    expect(await ask()).toMatch(/^The MariaDB server of this machine cannot be used. It does not run/);
  });

  it('find out whether PostgreSQL answers', async () => {
    const server = await PostgresServer.start();
    const none = { databases: () => Promise.reject(new Error('Not asked.')) };
    const ask = () => probe({ ...probeOf('postgresql'), socket: server.socket }, none);
    try {
      expect(await ask()).toBeUndefined();
    } finally {
      await server.stop();
    }
    expect(await ask()).toMatch(/^The socket “.*” does not answer: connect ENOENT/);
  });
});
