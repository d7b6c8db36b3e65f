import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import components from "unplugin-vue-components/vite";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// `python -m benchmarks sealing_in_browser` and `web_pages` build pages of their own.
const pages = process.env.BENCH ? ["bench/index.html", "bench/pages.html"] : ["index.html", "seal.html"];
const platform = process.env.KAIBIAO_ADDRESS ?? "http://127.0.0.1:8080";

/** Write each larger text file compressed beside itself, so that the platform need not. */
function compressed(): Plugin {
  const BYTES_MIN = 1024;
  return {
    name: "compressed",
    apply: "build",
    // Once written, not before: other plugins still change the bundle on its way.
    writeBundle({ dir = "" }, bundle) {
      for (const fileName of Object.keys(bundle)) {
        const path = join(dir, fileName);
        const source = readFileSync(path);
        if (!/\.(css|html|js|svg)$/.test(fileName) || source.length < BYTES_MIN) continue;
        writeFileSync(`${path}.gz`, gzipSync(source));
        writeFileSync(`${path}.br`, brotliCompressSync(source));
      }
    },
  };
}

/** What pdf.js asks for by address while it draws: character maps, fonts, decoders of pictures. */
function partsOfPdf(): Plugin {
  const from = fileURLToPath(new URL("./node_modules/pdfjs-dist", import.meta.url));
  return {
    name: "parts-of-pdf",
    apply: "build",
    generateBundle() {
      for (const folder of ["cmaps", "standard_fonts", "wasm"]) {
        for (const name of readdirSync(join(from, folder))) {
          const source = readFileSync(join(from, folder, name));
          this.emitFile({ type: "asset", fileName: `pdf/${folder}/${name}`, source });
        }
      }
    },
  };
}

export default defineConfig({
  plugins: [
    vue(),
    // Element Plus on demand: only the components that templates name, with their styles.
    components({
      dirs: [],
      dts: process.env.BENCH ? false : "src/generated/components.d.ts",
      resolvers: [ElementPlusResolver({ importStyle: "css", directives: false })],
    }),
    partsOfPdf(),
    compressed(),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    target: "es2022",
    // The content security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 420,
    reportCompressedSize: false,
    rolldownOptions: { input: pages },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": { target: platform, ws: true } } },
  // Vectors are computed in full; how long that takes is no matter of right or wrong.
  test: { include: ["tests/**/*.test.ts"], environment: "node", testTimeout: 60_000 },
});
