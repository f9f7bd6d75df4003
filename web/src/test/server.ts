/** The network that tests stand in for; a request nobody expected fails the test. */
import { setupServer } from "msw/node";

export const server = setupServer();
