import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';

/** In the order in which they apply. */
const STYLES = ['theme', 'header', 'page', 'figures', 'rows', 'controls', 'event', 'narrow'];

const client = (name: string) => fileURLToPath(new URL(`../client/${name}`, import.meta.url));

interface Asset {
  readonly paths: readonly string[];
  readonly type: string;
}

const ASSETS: Readonly<Record<string, Asset>> = {
  'inspector.css': {
    paths: STYLES.map((name) => client(`styles/${name}.css`)),
    type: 'text/css; charset=utf-8',
  },
  'inspector.js': { paths: [client('inspector.js')], type: 'text/javascript; charset=utf-8' },
  'icon.svg': { paths: [client('icon.svg')], type: 'image/svg+xml' },
  'htmx.min.js': {
    paths: [createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js')],
    type: 'text/javascript; charset=utf-8',
  },
};

/** Style sheet, scripts and icon, as they are on disk: nothing is built. */
export function assetRoutes(): Hono {
  const routes = new Hono();
  routes.get('/assets/:name', async (c) => {
    const name = c.req.param('name');
    const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
    if (asset === undefined) return c.notFound();
    const texts = await Promise.all(asset.paths.map((path) => readFile(path, 'utf8')));
    return c.body(texts.join('\n'), 200, { 'content-type': asset.type });
  });
  return routes;
}
