/** Before every test file. */
import "@testing-library/jest-dom/vitest";
