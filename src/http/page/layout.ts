// The layout of all pages.
import type { LoginService } from '../../capabilities/logins/rules/callers.ts';
import { assets } from './assets.ts';
import { html, toText, type Content, type Html } from './html.ts';
import type { Tool, ToolName } from './navigation.ts';

/** The name of the page, for its script and for the navigation. */
export type PageName = ToolName | 'login' | 'not-found';

export interface Page {
  readonly name: PageName;
  readonly title: string;
  readonly main: Html;
  /** True if the page is complete without its script. Default: it is not. */
  readonly worksWithoutScript?: boolean;
}

/** A user who is logged in. */
export interface Visitor {
  /** The door through which the user came. */
  readonly service: LoginService;
  readonly user: string;
  /** The first part of every path: `/cpsess0123456789`. */
  readonly base: string;
  readonly hostname: string;
  /** The parts of the interface that the user has. */
  readonly tools: readonly Tool[];
}

export function renderPage(
  { name, title, main, worksWithoutScript = false }: Page,
  visitor: Visitor,
): string {
  const { service, user, base, hostname, tools } = visitor;
  const header = html`<header class="bar">
    <a class="brand" href="${base}/"
      ><img src="${assets()['icon.svg'].path}" alt="" width="28" height="28" />whmapi1</a
    >
    <nav aria-label="Tools">
      <ul>
        ${tools.map(
          (tool) =>
            html`<li>
              <a href="${base}${tool.path}" ${tool.name === name && html`aria-current="page"`}
                >${tool.label ?? tool.title}</a
              >
            </li>`,
        )}
      </ul>
    </nav>
    <form class="who" method="post" action="${base}/logout">
      <span><b>${user}</b> <span class="at">on ${hostname}</span></span>
      <button type="submit">Log out</button>
    </form>
  </header>`;
  return document(
    title,
    html`<body
      data-page="${name}"
      data-service="${service}"
      data-user="${user}"
      data-base="${base}"
      data-host="${hostname}"
    >
      <a class="skip" href="#main">Skip to the content</a>
      ${header}
      <main id="main" tabindex="-1">
        <div id="notice" role="status"></div>
        ${
          !worksWithoutScript &&
          html`<noscript
            ><p class="callout warning">
              This tool needs JavaScript, which your browser does not run.
            </p></noscript
          >`
        }
        ${main}
      </main>
    </body>`,
  );
}

/** A page without navigation, for users who are not logged in. */
export function renderBarePage({ name, title, main }: Page): string {
  return document(
    title,
    html`<body class="bare" data-page="${name}">
      <main id="main">${main}</main>
    </body>`,
  );
}

function document(title: string, body: Content): string {
  const { 'page.js': script, 'page.css': style, 'icon.svg': icon } = assets();
  return toText(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>${title} – whmapi1</title>
          <link rel="icon" href="${icon.path}" type="${icon.type}" />
          <link rel="stylesheet" href="${style.path}" />
          <script type="module" src="${script.path}"></script>
        </head>
        ${body}
      </html> `,
  );
}
