/** Starts the app. */
import "~/styles/app.css";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { Tooltip } from "@base-ui/react/tooltip";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { keepEarlyKey } from "~/lib/shortcuts";
import { followSystem } from "~/lib/theme";
import { queryClient, router } from "./router";

keepEarlyKey();
followSystem();
reloadWhenOutdated();

const root = document.getElementById("root");
const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? "";
if (root) {
  createRoot(root).render(
    <StrictMode>
      <CSPProvider nonce={nonce}>
        <QueryClientProvider client={queryClient}>
          <Tooltip.Provider delay={300}>
            <RouterProvider router={router} />
          </Tooltip.Provider>
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>,
  );
}

/** A page left open over an upgrade asks for files that are gone; it loads itself anew, once. */
function reloadWhenOutdated(): void {
  window.addEventListener("vite:preloadError", (event) => {
    const last = Number(sessionStorage.getItem("reloaded")) || 0;
    if (Date.now() - last < 10_000) return;
    event.preventDefault();
    sessionStorage.setItem("reloaded", String(Date.now()));
    location.reload();
  });
}
