/**
 * What a create returns when it answers with a row that was there before: REST says 200 instead of the declared 201
 *, and the other doors see the document alone. Such operations declare `answersExisting`.
 */
export class ExistingRow<Document> {
  constructor(readonly document: Document) {}
}
