// The pages that visitors see instead of a website: files for mod_asis, which begin with the status and the headers. They
// need nothing else, neither styles nor images from elsewhere.

interface Page {
  readonly status: string;
  readonly title: string;
  readonly text: string;
}

const STYLE = `
:root { color-scheme: light dark; --back: #f5f6f8; --card: #fff; --line: #dfe3e8; --text: #1d2530; --soft: #55606e; }
@media (prefers-color-scheme: dark) {
  :root { --back: #12161c; --card: #1b2129; --line: #2e3742; --text: #e8ecf1; --soft: #a7b1bd; }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { box-sizing: border-box; width: min(34rem, 100% - 2rem); padding: 2.5rem; text-align: center; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; text-wrap: balance; }
p { margin: 0; color: var(--soft); text-wrap: balance; }
`.trim();

/** For the directory of a website that has no index file yet. */
export const WELCOME_ANSWER = answer({
  status: '200 OK',
  title: 'This website is not ready yet',
  text: 'Its owner has not published anything here so far. Please come back later.',
});

export const SUSPENDED_ANSWER = answer({
  status: '503 Service Unavailable',
  title: 'Account suspended',
  text: 'This account has been suspended. If this is your website, contact your hosting provider.',
});

/** Apache does not have this status itself. */
export const OVER_LIMIT_ANSWER = answer({
  status: '509 Bandwidth Limit Exceeded',
  title: 'Bandwidth limit exceeded',
  text: 'This website has used its bandwidth for this month. Please come back later.',
});

function answer({ status, title, text }: Page): string {
  return `Status: ${status}
Content-Type: text/html; charset=utf-8
Cache-Control: no-store
X-Robots-Tag: noindex

<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
${STYLE}
</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
</main>
</body>
</html>
`;
}
