/** A `.sql` file as a module whose default export is its text, like esbuild's loader `text`. */
const text = (source) => ({ code: `export default ${JSON.stringify(source)};` });

// biome-ignore lint/style/noDefaultExport: what jest looks for in a transform
export default { process: text, processAsync: async (source) => text(source) };
