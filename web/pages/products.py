"""All products that somebody sees."""

from web.pages.frame import Page, console_page


@console_page("/products", "Products", "products")
async def products(page: Page) -> None:
    """Show where every product stands."""

    async def found() -> list[dict[str, object]]:
        items: list[dict[str, object]] = (await page.api.get("products"))["items"]
        return sorted(items, key=lambda one: (one["state"] == "archived", one["id"]))

    listed = await found()
    shown = page.show("products.html.j2", products=listed)

    async def refresh() -> None:
        shown.content = page.render("products.html.j2", products=await found())

    page.watch([str(one["id"]) for one in listed if one["state"] != "archived"], refresh)
