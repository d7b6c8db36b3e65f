-- A file that waits for an amendment may say what takes the place of a lot's bill of quantities.

ALTER TABLE tendering.tender_documents ADD COLUMN bill text;
