// The template of the tests’ databases: it has the schema, and a function that restores the initial state.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApplication } from '../../src/app/app.ts';
import type { PostgresServer } from './postgres-server.ts';

const TEMPLATE = 'whmapi1_template';

export async function makeTemplate(server: PostgresServer): Promise<void> {
  await server.query('postgres', `CREATE DATABASE ${TEMPLATE}`);
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-template-'));
  const application = createApplication({
    WHMAPI1_STATE_DIR: join(folder, 'state'),
    WHMAPI1_STORE_URL: server.url(TEMPLATE),
    WHMAPI1_SERVER_NAME: 'template',
  });
  await application.engine.store.transaction('reads', async () => ({ value: undefined, keep: false }));
  application.close();
  rmSync(folder, { recursive: true });
  await makeReset(server);
}

/**
 * `SELECT pristine.reset()`: every table has its rows from the migrations again, and every counter has its start value.
 */
async function makeReset(server: PostgresServer): Promise<void> {
  const names = async (sql: string) =>
    (await server.query(TEMPLATE, sql)).map(({ name }) => `"${String(name)}"`);
  const tables = await names("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'");
  const counters = await names("SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public'");
  const statements = [
    // Operations that a test has left do not make others wait.
    `PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    // In any order, whatever the references between tables.
    'SET LOCAL session_replication_role = replica',
    // Faster than TRUNCATE for a few rows.
    ...tables.map((table) => `DELETE FROM public.${table}`),
    ...tables.map((table) => `INSERT INTO public.${table} SELECT * FROM pristine.${table}`),
    ...counters.map((counter) => `ALTER SEQUENCE public.${counter} RESTART`),
  ];
  await server.query(
    TEMPLATE,
    `CREATE SCHEMA pristine;
    ${tables.map((table) => `CREATE TABLE pristine.${table} AS TABLE public.${table};`).join('\n')}
    CREATE FUNCTION pristine.reset() RETURNS VOID LANGUAGE plpgsql AS $$
    BEGIN
      ${statements.join(';\n')};
    END $$`,
  );
}
