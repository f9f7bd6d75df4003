// The API refuses changes that a foreign page could have sent; this page is ours and says so.
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    request.headers["X-Konductro"] = "1";
    return request;
  },
});
