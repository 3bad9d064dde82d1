// While one clip is being looked at, the browser fetches the beginning of the next and its pictures.
// Not where the person saves data.
export function startAhead(place) {
  if (navigator.connection?.saveData) return;
  const fetchAhead = () => {
    const video = document.createElement("video");
    video.preload = "auto";
    video.muted = true;
    if (place.dataset.ahead) video.src = place.dataset.ahead;
    for (const address of place.dataset.aheadPictures.split(" ").filter(Boolean)) new Image().src = address;
  };
  const own = document.getElementById("player");
  if (!own || own.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) fetchAhead();
  else own.addEventListener("loadeddata", fetchAhead, { once: true }); // its own clip comes first
}
