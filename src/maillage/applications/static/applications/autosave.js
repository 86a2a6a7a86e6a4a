// A draft that cannot be saved by itself says so, and takes the focus there.
const FAILED = "L’enregistrement automatique a échoué : vérifiez votre connexion, puis utilisez le bouton « Enregistrer ».";

function alertFailure() {
  const status = document.getElementById("enregistrement");
  if (!status) return;
  status.textContent = FAILED;
  status.className = "notice notice-error";
  status.setAttribute("role", "alert");
  status.tabIndex = -1;
  status.focus();
}

document.body.addEventListener("htmx:sendError", alertFailure);
document.body.addEventListener("htmx:responseError", alertFailure);
document.body.addEventListener("htmx:timeout", alertFailure);

// Once the form is sent by its button, what was about to save itself has nothing left to say.
let isLeaving = false;
document.body.addEventListener("submit", () => { isLeaving = true; });
window.addEventListener("pageshow", () => { isLeaving = false; });
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (isLeaving) event.preventDefault();
});
