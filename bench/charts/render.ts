import { Error as ERROR_LEVEL, logger, parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** A chart as it is drawn and told. */
export interface Chart {
  /** File name without its ending. */
  readonly name: string;
  readonly title: string;
  /** What it shows, in words, for who does not see it. */
  readonly description: string;
  readonly spec: TopLevelSpec;
}

/** Ours first. Each is readable on white and on black. */
export const SERIES_COLOURS = ['#3b82d6', '#d9722e', '#8a8f98', '#4aa564', '#a36ac7'];

/** Whoever shows the picture decides between light and dark; the style goes over vega's own attributes. */
const STYLE = `
.page{fill:#ffffff}text{fill:#24292f}
.role-axis-grid line{stroke:#d8dee4}.role-axis-tick line,.role-axis-domain line{stroke:#8c959f}
@media (prefers-color-scheme:dark){
.page{fill:#0d1117}text{fill:#e6edf3}
.role-axis-grid line{stroke:#30363d}.role-axis-tick line,.role-axis-domain line{stroke:#8b949e}
}`;

const CONFIG = {
  font: 'system-ui, -apple-system, "Segoe UI", sans-serif',
  background: 'white',
  padding: 12,
  title: { anchor: 'start', fontSize: 14, offset: 12 },
  axis: { labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal' },
  header: { labelFontSize: 12, labelFontWeight: 'bold', labelAnchor: 'start', labelOrient: 'top' },
  legend: { labelFontSize: 11, title: null, orient: 'bottom', labelLimit: 320, symbolOpacity: 1 },
  view: { stroke: null },
  range: { category: SERIES_COLOURS },
} as const;

/** Draws without a canvas: the widths of texts are estimated. */
export async function renderSvg({ name, title, description, spec }: Chart): Promise<string> {
  // Its warnings are about what is done here on purpose: bars of each group with names of their own.
  const quiet = logger(ERROR_LEVEL);
  const { spec: full } = compile({ ...spec, title, config: CONFIG } as TopLevelSpec, { logger: quiet });
  const svg = await new View(parse(full), { renderer: 'none', logger: quiet }).toSVG();
  const head = [
    `<title id="${name}-title">${escapeXml(title)}</title>`,
    `<desc id="${name}-desc">${escapeXml(description)}</desc>`,
    `<style>${STYLE}</style>`,
  ].join('');
  return `${svg
    .replace('<svg ', `<svg role="img" aria-labelledby="${name}-title ${name}-desc" `)
    .replace(/(<svg [^>]*>)<rect /, `$1${head}<rect class="page" `)}\n`;
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
